-- One line of exact numbers instead of wrk's rounded report; runs once, after the load.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("result requests=%d microseconds=%d failed=%d p50=%d p99=%d\n",
    summary.requests, summary.duration, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
