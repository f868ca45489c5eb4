-- How phototag is started: the program, then its first arguments; and `vocabulary`, a file with keywords of the user's own, if
-- one was chosen. `phototag integrate lightroom` writes this file.
return { "phototag" }
