"""From the gate's streams into PostgreSQL: read, decide in one transaction, acknowledge."""
