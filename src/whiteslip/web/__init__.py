"""Server-rendered pages: the book, a customer's story, and the movements behind each number."""
