"""A third person in a call: who lets whom in, and the two legs between the guest and each side."""
