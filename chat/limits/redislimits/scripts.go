package redislimits

// A window is a sorted set: its members are the tickets of the requests that count, and their scores are the times at which they cease
// to count, in microseconds. A request that is not settled has the score of one whose lease ends. After a 429 the set has as many members
// "fill:…" as the window allows requests.
//
// The keys of a script are those of the windows. Its arguments are two of its own, and the number and the length of each window.

// begin reads the clock and removes what has ceased to count. A key is kept for as long as any of its members was to count at some time.
const begin = `
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local function most(i) return tonumber(ARGV[1 + 2 * i]) end
local function per(i) return tonumber(ARGV[2 + 2 * i]) end
local function isFill(member) return string.sub(member, 1, 5) == 'fill:' end
local function left(i, member, score)
	local l = tonumber(score) - now
	if l > per(i) and not isFill(member) then return per(i) end
	return l
end
local function text(number) return string.format('%.0f', number) end
local function keep(key, score)
	if redis.call('PTTL', key) * 1000 < score - now then
		redis.call('PEXPIREAT', key, text(math.ceil(score / 1000)))
	end
end
local function add(key, score, member)
	redis.call('ZADD', key, text(score), member)
	keep(key, score)
end
for i, key in ipairs(KEYS) do
	redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
end
`

// take counts the request of a ticket, or returns the time until there may be room. Arguments: the ticket and the lease. It may be run
// again if its reply is lost. No request counts for longer than a new one, unless the clock has been set back since.
const take = begin + `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local wait = 0
for i, key in ipairs(KEYS) do
	for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. text(now + ARGV[2] + per(i)), '+inf')) do
		if not isFill(member) then redis.call('ZADD', key, text(now + per(i)), member) end
	end
	local surplus = redis.call('ZCARD', key) - most(i)
	if surplus >= 0 then
		local entry = redis.call('ZRANGE', key, surplus, surplus, 'WITHSCORES')
		wait = math.max(wait, left(i, entry[1], entry[2]))
	end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
	add(key, now + ARGV[2] + per(i), ARGV[1])
end
return 0
`

// settle counts the request of a ticket from its answer on. Arguments: the ticket, and how long ago the answer was.
const settle = begin + `
for i, key in ipairs(KEYS) do
	local score = now + per(i) - ARGV[2]
	if score > now then add(key, score, ARGV[1]) end
end
return 0
`

// release forgets a ticket. Arguments: the ticket, and an unused one.
const release = `
for _, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[1]) end
return 0
`

// fill leaves no room in a window. Arguments: for how long, and an unused one.
const fill = begin + `
for n = 1, most(1) do
	redis.call('ZADD', KEYS[1], 'GT', text(now + ARGV[1]), 'fill:' .. n)
end
keep(KEYS[1], now + ARGV[1])
return 0
`

// look returns how long each request counts. It has no arguments of its own.
const look = begin + `
local all = {}
for i, key in ipairs(KEYS) do
	local entries, lefts = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'), {}
	for n = 1, #entries, 2 do
		table.insert(lefts, left(i, entries[n], entries[n + 1]))
	end
	table.sort(lefts)
	table.insert(all, lefts)
end
return all
`
