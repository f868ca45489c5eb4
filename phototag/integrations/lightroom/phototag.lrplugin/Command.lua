-- How phototag is started: the program, then its first arguments. `phototag integrate lightroom` writes this file.
return { "phototag" }
