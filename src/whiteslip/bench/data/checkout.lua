-- One purchase a request for wrk: a key of its own each time, a customer at random.
-- Arguments: API key, number of lines, tag of the run, mean pause in ms (0: none).

local threads = {}

function setup(thread)
  thread:set("number", #threads + 1)
  table.insert(threads, thread)
end

function init(args)
  lines, run, pause = tonumber(args[2]), args[3], tonumber(args[4])
  count, statuses = 0, {}
  headers = {
    ["authorization"] = "Bearer " .. args[1],
    ["content-type"] = "application/json",
  }
  math.randomseed(number * 7919 + #run)
  if pause <= 0 then
    delay = nil
  end
end

function delay()
  return math.floor(-pause * math.log(1 - math.random()) + 0.5)
end

function request()
  count = count + 1
  local customer = math.random(1, lines)
  headers["idempotency-key"] = run .. "-" .. number .. "-" .. count
  local body = string.format(
    '{"line_id":"lin_%d_%d","amount_minor":%d,"order_ref":"%s-%d-%d","device":"phone of %d","is_verified":true}',
    customer, customer * 32, math.random(100, 1999), run, number, count, customer
  )
  return wrk.format("POST", "/v1/purchases", headers, body)
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency)
  local told = {}
  for _, thread in ipairs(threads) do
    for status, seen in pairs(thread:get("statuses")) do
      told[status] = (told[status] or 0) + seen
    end
  end
  local parts = {}
  for status, seen in pairs(told) do
    table.insert(parts, string.format('"%d":%d', status, seen))
  end
  io.write(string.format(
    'FIGURES {"seconds":%.3f,"p50_ms":%.2f,"p95_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f,"broken":%d,"statuses":{%s}}\n',
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, table.concat(parts, ",")
  ))
end
