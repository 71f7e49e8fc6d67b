-- One claim a request, over gRPC-Web: distinct users, tokens, bodies and request ids.
-- Arguments: path, id of what is called for, first user, users, the run's name (a prefix of request ids), mode (one, keys, help).
local path, coupon, first, users, run
local counter = 0
local threads = 0

function setup(thread)
  thread:set("index", threads)
  threads = threads + 1
end

local function varint(n)
  local out = {}
  while n >= 128 do
    out[#out + 1] = string.char(n % 128 + 128)
    n = math.floor(n / 128)
  end
  out[#out + 1] = string.char(n)
  return table.concat(out)
end

function init(args)
  path, coupon, first, users, run = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4]), args[5]
  head = "\8" .. varint(coupon)
  keyed = args[6] == "keys"
  -- A help names the initiator, user 1, in its field 2, and has its request id in field 4.
  tag = "\18"
  if args[6] == "help" then
    head = head .. "\16\1"
    tag = "\34"
  end
  headers = { ["content-type"] = "application/grpc-web+proto", ["x-grpc-web"] = "1" }
end

function request()
  -- Each thread takes every second user, so that no user comes twice while there are fresh ones.
  local user = first + (counter * 2 + index) % users
  counter = counter + 1
  local id = run .. "-" .. index .. "-" .. counter
  local start = keyed and ("\8" .. varint(coupon + counter * 2 % 10000 + index)) or head
  local message = start .. tag .. string.char(#id) .. id
  local size = #message
  headers["authorization"] = string.format("Bearer 00000000-0000-4000-8000-%012x", user)
  return wrk.format("POST", path, headers, "\0\0\0" .. string.char(math.floor(size / 256)) .. string.char(size % 256) .. message)
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write,
    summary.errors.timeout))
end
