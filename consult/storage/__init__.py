"""SQL, the truth: tables, database, the grouped writer, receipts of orders, migrations."""
