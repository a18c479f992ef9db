-- A database as version 1 of the schema made it, with a few rows. Frozen: never change this file. Every
-- later version must open it and still have every word.
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

INSERT INTO conversations VALUES
  (1, '5f0c', '旧的对话', 1, 1700000000.5, 1700000100, 1, 'Work', 'Be brief.', 'poet', '{"top_k": 40}', 4, 0, NULL),
  (2, '77aa', 'In the trash', 0, 1700000000, 1700000000, 0, '', '', '', '', 5, 0, 1700000200);
INSERT INTO messages VALUES
  (1, 1, NULL, 3, NULL, NULL, 'user', 'complete', 1700000001, 1, '', '', '', '', 0, 0, 0, 0, 'What is an inkhorn?'),
  (2, 1, 1, NULL, NULL, NULL, 'assistant', 'stopped', 1700000002, 0, 'm', 'cancelled', '', '', 9, 3, 0.5, 20, 'A small'),
  (3, 1, 1, 4, NULL, NULL, 'assistant', 'complete', 1700000003, 0, 'm', 'end', '', '', 9, 8, 0.5, 21, '墨池是装墨水的小容器。'),
  (4, 1, 3, NULL, NULL, NULL, 'user', 'complete', 1700000004, 0, '', '', '', '', 0, 0, 0, 0, 'Thanks'),
  (5, 2, NULL, NULL, NULL, NULL, 'user', 'complete', 1700000000, 0, '', '', '', '', 0, 0, 0, 0, 'thrown away');
INSERT INTO notes VALUES (1, 1, 3, 1700000005, 'They asked what an inkhorn is.');
INSERT INTO drafts VALUES (0, 1700000006, 'not sent yet'), (1, 1700000006, 'nor this');
INSERT INTO personas VALUES (1, 1700000007, 'poet', 'You rhyme.');
