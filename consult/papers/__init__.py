"""Papers that people show each other: photos of documents."""
