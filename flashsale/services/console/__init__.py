"""What an operator plans a sale with, watches it by and reads of it afterwards."""
