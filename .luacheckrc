-- luacheck phototag tests
std = "lua51"

-- darktable has Lua 5.3 or 5.4; each file asks for what it needs by `require`.
files["phototag/integrations/darktable/**/*.lua"] = { std = "lua53" }
files["tests/integrations/darktable/**/*.lua"] = { std = "lua53" }
