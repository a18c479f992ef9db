"""The list of conversations beside the chat: groups, folders, search."""
