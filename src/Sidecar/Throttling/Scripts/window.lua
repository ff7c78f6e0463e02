-- Takes permits from a window, or takes none and says when there will be some. Begins with windows.lua.
-- KEYS: window
-- ARGV: clock offset, permits of the window, window in ms, permits wanted
-- Returns {1 when taken, permits left, ms until the wanted ones are there, ms until the oldest taken one comes back, segment}
local limit, wanted = tonumber(ARGV[2]), tonumber(ARGV[4])
local window = window_open(KEYS[1], limit, tonumber(ARGV[3]), clock(ARGV[1]))
local wait, used = window_wait(window, limit, wanted)
if wait == 0 and wanted > 0 then
  window_take(window, wanted)
  used = used + wanted
end
local oldest = window.taken[1] and window.taken[1].segment or window.segment
return {wait == 0 and 1 or 0, math.max(limit - used, 0), wait, used > 0 and window_back(window, oldest) or 0, window.segment}
