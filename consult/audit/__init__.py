"""Event rows: a chain of salted commitments for each subject, written in the transaction they describe."""
