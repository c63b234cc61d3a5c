"""The gate: what of a sale lives in Redis. It admits and queues; PostgreSQL alone decides."""
