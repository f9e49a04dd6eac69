"""Services that answer a conversation with text: OpenAI-compatible, scripted, and replayed from files."""
