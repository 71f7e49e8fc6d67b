-- Pages of goods over gRPC-Web, without a token. Arguments: path, first id or size, -, ids, -, mode (detail, list, payload).
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
  path, first, span, mode = args[1], tonumber(args[2]), tonumber(args[4]), args[6]
  headers = { ["content-type"] = "application/grpc-web+proto", ["x-grpc-web"] = "1" }
end

function request()
  local number = first
  if mode ~= "payload" then
    number = first + (counter * 2 + index) % span
  end
  counter = counter + 1
  local message = mode == "list" and ("\24" .. varint(number) .. "\32\20") or ("\8" .. varint(number))
  return wrk.format("POST", path, headers, "\0\0\0\0" .. string.char(#message) .. message)
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write,
    summary.errors.timeout))
end
