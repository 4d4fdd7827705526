"""Recording a call: only with a yes of everybody in it, stopped at once when one of them withdraws it."""
