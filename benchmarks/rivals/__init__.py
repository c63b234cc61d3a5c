"""What the sale is measured against, each as an application of its own on the same server."""
