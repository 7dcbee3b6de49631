-- Opaque session tokens. A program that knows only the step before makes none and takes none for good.

-- The second in which it was made (four bytes, the first one first) and its digest (sixteen). NULL in the rows of those who use none.
ALTER TABLE family ADD COLUMN session_token BLOB;
