-- luacheck phototag tests
std = "lua51"
max_line_length = 132

-- The Lua of Lightroom: what its SDK adds, and what it takes away.
files["phototag/integrations/lightroom/**/*.lua"] = {
    read_globals = { "import", "_PLUGIN", "WIN_ENV", "MAC_ENV" },
    not_globals = {
        "arg", "collectgarbage", "getfenv", "load", "loadfile", "loadstring", "module", "newproxy", "package", "setfenv",
    },
}

-- The stand-in of the SDK runs in plain Lua 5.1.
files["tests/integrations/**/*.lua"] = { std = "lua51" }

-- darktable has Lua 5.3 or 5.4; each file asks for what it needs by `require`.
files["phototag/integrations/darktable/**/*.lua"] = { std = "lua53" }
files["tests/integrations/darktable/**/*.lua"] = { std = "lua53" }
