"""The PostgreSQL behind everything: embedded server, connections, tables, migrations."""
