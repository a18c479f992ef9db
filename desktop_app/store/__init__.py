"""Everything the user would miss: conversations, drafts, notes, personas, in one SQLite file.

`desktop_app.store.store` is the way in: ``store, report = open_store(path)``. No Qt, no torch. Start
reading at `schema` (what is stored), then `store` (what can be done), `opening` (how it is opened
safely) and `salvage` (what happens to a damaged file).
"""
