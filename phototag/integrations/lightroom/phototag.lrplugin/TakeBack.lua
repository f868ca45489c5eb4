-- The menu entry "Take back".

local LrDialogs = import("LrDialogs")
local LrFunctionContext = import("LrFunctionContext")

local Taking = require("Taking")

LrFunctionContext.postAsyncTaskWithContext("phototag: take back", function(context)
    LrDialogs.attachErrorDialogToFunctionContext(context)
    Taking.run()
end)
