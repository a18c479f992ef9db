"""The tables, as numbered migrations. ``PRAGMA user_version`` counts how many have been applied.

Rules for the next one: append it to `MIGRATIONS`, never change one that was released, and add new
columns at the end of a table (`salvage` reads rows by position when the file itself is damaged).
A migration is SQL text without BEGIN or COMMIT; `opening` runs each in one transaction, after a
backup, with foreign keys off and checked at the end.
"""

from __future__ import annotations

APPLICATION_ID = 0x494E4B48
"""``INKH``: tells our files from other people's, and from a file whose first page was overwritten."""

_FIRST = """
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,               -- where it came from, for ever the same: tells a second import
  title TEXT NOT NULL,
  title_is_own INTEGER NOT NULL,
  created REAL NOT NULL,           -- all times: seconds since 1970, UTC
  updated REAL NOT NULL,           -- the last new message
  pinned INTEGER NOT NULL,
  folder TEXT NOT NULL,
  system_prompt TEXT NOT NULL,
  persona TEXT NOT NULL,
  sampling_json TEXT NOT NULL,
  leaf_id INTEGER,                 -- the end of the branch that is shown
  messages INTEGER NOT NULL,       -- kept by triggers: how many are not deleted
  deleted_at REAL
);
CREATE INDEX conversations_by_uid ON conversations (uid);

-- The text comes last so that walking the tree never reads the overflow pages of long messages.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  -- No cascade here: SQLite gives up on cascades 1,000 levels deep, and branches are longer.
  parent_id INTEGER REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
  chosen_id INTEGER,               -- the child through which a branch was last shown
  deleted_at REAL,
  deletion INTEGER,                -- the message whose deletion took this one along
  role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
  state TEXT NOT NULL CHECK (state IN ('complete', 'streaming', 'stopped', 'failed')),
  created REAL NOT NULL,
  pinned INTEGER NOT NULL,
  model TEXT NOT NULL,
  stop_reason TEXT NOT NULL,
  error_kind TEXT NOT NULL,
  error_message TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  reply_tokens INTEGER NOT NULL,
  first_token_s REAL NOT NULL,
  tokens_per_s REAL NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX messages_by_conversation ON messages (conversation_id);
CREATE INDEX messages_by_parent ON messages (parent_id);
CREATE INDEX messages_streaming ON messages (id) WHERE state = 'streaming';
CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  upto_id INTEGER NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
  created REAL NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX notes_by_conversation ON notes (conversation_id);

CREATE TABLE drafts (
  conversation_id INTEGER PRIMARY KEY,   -- 0 for the conversation that is not begun yet
  saved REAL NOT NULL,
  text TEXT NOT NULL
);

CREATE TABLE personas (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created REAL NOT NULL,
  name TEXT NOT NULL,
  prompt TEXT NOT NULL
);

CREATE TRIGGER conversation_gone AFTER DELETE ON conversations BEGIN
  DELETE FROM drafts WHERE conversation_id = old.id;
END;

CREATE TRIGGER message_counted AFTER INSERT ON messages WHEN new.deleted_at IS NULL BEGIN
  UPDATE conversations SET messages = messages + 1 WHERE id = new.conversation_id;
END;
CREATE TRIGGER message_uncounted AFTER DELETE ON messages WHEN old.deleted_at IS NULL BEGIN
  UPDATE conversations SET messages = messages - 1 WHERE id = old.conversation_id;
END;
CREATE TRIGGER message_recounted AFTER UPDATE OF deleted_at ON messages
WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
  UPDATE conversations SET messages = messages + iif(new.deleted_at IS NULL, 1, -1)
  WHERE id = new.conversation_id;
END;

-- Full-text search. The index knows which message holds which three characters in a row, not where: it
-- is as big as the text (with places it is three times that, and deleted text could be put together
-- from what lingers in it); `search` looks at the text itself for longer words. A view says what belongs
-- in it. A reply is indexed when it has ended, not with every piece of it that is stored.
CREATE VIEW searchable_messages AS
  SELECT id, text FROM messages WHERE role <> 'system' AND state <> 'streaming';
CREATE VIRTUAL TABLE message_index USING fts5 (
  text, content = 'searchable_messages', content_rowid = 'id', tokenize = 'trigram', detail = 'none'
);
CREATE TRIGGER message_indexed AFTER INSERT ON messages
WHEN new.role <> 'system' AND new.state <> 'streaming' BEGIN
  INSERT INTO message_index (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER message_unindexed AFTER DELETE ON messages
WHEN old.role <> 'system' AND old.state <> 'streaming' BEGIN
  INSERT INTO message_index (message_index, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER message_reindexed AFTER UPDATE OF text, state ON messages
WHEN old.role <> 'system'
  AND (old.text <> new.text OR (old.state = 'streaming') <> (new.state = 'streaming')) BEGIN
  INSERT INTO message_index (message_index, rowid, text)
    SELECT 'delete', old.id, old.text WHERE old.state <> 'streaming';
  INSERT INTO message_index (rowid, text) SELECT new.id, new.text WHERE new.state <> 'streaming';
END;

CREATE VIRTUAL TABLE title_index USING fts5 (
  title, content = 'conversations', content_rowid = 'id', tokenize = 'trigram', detail = 'none'
);
CREATE TRIGGER title_indexed AFTER INSERT ON conversations BEGIN
  INSERT INTO title_index (rowid, title) VALUES (new.id, new.title);
END;
CREATE TRIGGER title_unindexed AFTER DELETE ON conversations BEGIN
  INSERT INTO title_index (title_index, rowid, title) VALUES ('delete', old.id, old.title);
END;
CREATE TRIGGER title_reindexed AFTER UPDATE OF title ON conversations WHEN old.title <> new.title BEGIN
  INSERT INTO title_index (title_index, rowid, title) VALUES ('delete', old.id, old.title);
  INSERT INTO title_index (rowid, title) VALUES (new.id, new.title);
END;
"""

_TRANSLATING = """
CREATE TABLE translations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created REAL NOT NULL,
  updated REAL NOT NULL,
  deleted_at REAL,
  source TEXT NOT NULL,            -- languages, as the catalogue of models writes them
  found INTEGER NOT NULL,          -- whether the source was found in the text or chosen
  target TEXT NOT NULL,
  model TEXT NOT NULL,
  spans_json TEXT NOT NULL,        -- which piece of text became which of translation
  text TEXT NOT NULL,
  translation TEXT NOT NULL
);
CREATE INDEX translations_by_time ON translations (updated);
CREATE VIRTUAL TABLE translation_index USING fts5 (
  text, translation, content = 'translations', content_rowid = 'id', tokenize = 'trigram', detail = 'none'
);
CREATE TRIGGER translation_indexed AFTER INSERT ON translations BEGIN
  INSERT INTO translation_index (rowid, text, translation) VALUES (new.id, new.text, new.translation);
END;
CREATE TRIGGER translation_unindexed AFTER DELETE ON translations BEGIN
  INSERT INTO translation_index (translation_index, rowid, text, translation)
    VALUES ('delete', old.id, old.text, old.translation);
END;
CREATE TRIGGER translation_reindexed AFTER UPDATE OF text, translation ON translations
WHEN old.text <> new.text OR old.translation <> new.translation BEGIN
  INSERT INTO translation_index (translation_index, rowid, text, translation)
    VALUES ('delete', old.id, old.text, old.translation);
  INSERT INTO translation_index (rowid, text, translation) VALUES (new.id, new.text, new.translation);
END;

-- The translation memory. The key is the sentence without what does not matter for finding it again, the
-- loose key also without what matters little; its three characters in a row find what is nearly the same.
CREATE TABLE memory (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created REAL NOT NULL,
  updated REAL NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('own', 'imported')),
  key TEXT NOT NULL,
  loose TEXT NOT NULL,
  text TEXT NOT NULL,
  translation TEXT NOT NULL
);
CREATE UNIQUE INDEX memory_by_key ON memory (source, target, key, translation);
CREATE VIRTUAL TABLE memory_index USING fts5 (
  loose, content = 'memory', content_rowid = 'id', tokenize = 'trigram', detail = 'none'
);
CREATE TRIGGER memory_indexed AFTER INSERT ON memory BEGIN
  INSERT INTO memory_index (rowid, loose) VALUES (new.id, new.loose);
END;
CREATE TRIGGER memory_unindexed AFTER DELETE ON memory BEGIN
  INSERT INTO memory_index (memory_index, rowid, loose) VALUES ('delete', old.id, old.loose);
END;
CREATE TRIGGER memory_reindexed AFTER UPDATE OF loose ON memory WHEN old.loose <> new.loose BEGIN
  INSERT INTO memory_index (memory_index, rowid, loose) VALUES ('delete', old.id, old.loose);
  INSERT INTO memory_index (rowid, loose) VALUES (new.id, new.loose);
END;

CREATE TABLE document_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created REAL NOT NULL,
  updated REAL NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'paused', 'done', 'failed')),
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,            -- of the file when the job was made: another one is another document
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  model TEXT NOT NULL,
  options_json TEXT NOT NULL,
  segments INTEGER NOT NULL,
  error_kind TEXT NOT NULL,
  error_message TEXT NOT NULL,
  written TEXT NOT NULL
);
CREATE TABLE document_segments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES document_jobs (id) ON DELETE CASCADE,
  key INTEGER NOT NULL,
  problem TEXT NOT NULL,
  marks_json TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE UNIQUE INDEX document_segments_by_job ON document_segments (job_id, key);
"""

_GLOSSARIES = """
CREATE TABLE glossaries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created REAL NOT NULL,
  name TEXT NOT NULL,              -- "" for the user's own
  used INTEGER NOT NULL
);
-- A glossary says one thing for each source.
CREATE TABLE glossary_terms (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  glossary_id INTEGER NOT NULL REFERENCES glossaries (id) ON DELETE CASCADE,
  created REAL NOT NULL,
  updated REAL NOT NULL,
  used INTEGER NOT NULL,
  exact INTEGER NOT NULL,
  source_language TEXT NOT NULL,
  target_language TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  note TEXT NOT NULL
);
CREATE UNIQUE INDEX glossary_terms_by_source
  ON glossary_terms (source_language, target_language, source, glossary_id);
CREATE INDEX glossary_terms_by_glossary ON glossary_terms (glossary_id);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _TRANSLATING, _GLOSSARIES)

SEARCH_INDEXES = ("message_index", "title_index", "translation_index", "memory_index")
"""Made from the tables alone: they can be thrown away and filled again."""
