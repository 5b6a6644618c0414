/**
 * What each fault code means, what usually causes it and what helps: docs/errors.md is generated from this list.
 * Apart from fault.ts, so that no process loads prose to raise a fault.
 */
import type { FaultCode } from './fault.ts'

export interface FaultExplanation {
  meaning: string
  cause: string
  fix: string
  /** How it comes up, or is handled: steps of a workflow, or other keys of one. */
  example?: string
}

export const FAULT_EXPLANATIONS: Readonly<Record<FaultCode, FaultExplanation>> = {
  timeout: {
    meaning: 'It took longer than its `timeout`.',
    cause:
      'The other side is slow or does not answer, or the time is too short. Without `timeout` an actor has 5 minutes.',
    fix: 'Raise `timeout`, ask for less at once, or match it in `on_error`. For a `wait` or a block the time is that of the whole; for all else, of one attempt.',
    example: `
- id: ask
  llm: default
  prompt: Hello
  timeout: 10s
  on_error: { timeout: continue }`,
  },
  rate_limited: {
    meaning: 'The other side asked to be called less often.',
    cause: 'Too many requests in a short time (HTTP 429).',
    fix: 'Lower `concurrency`, raise `retry.max` or `retry.backoff`. Where the other side says when to come back, the retry waits that long, five minutes at most.',
    example: `
- id: ask
  llm: default
  prompt: Hello
  retry: { max: 5, backoff: 2s..60s, on: [rate_limited] }`,
  },
  unavailable: {
    meaning: 'The other side can not be reached, or can not work now.',
    cause:
      'It is down, the name or port is wrong, a connection broke, it answered with an HTTP status from 500, or the disk is full.',
    fix: 'Check address, service and disk. Where it may pass by itself, it is retried while the step has attempts left.',
    example: `
- id: fetch
  tool: http.get
  with: { url: "https://a.example/rates" }
  retry: { max: 4, backoff: 1s..30s }
  on_error: { unavailable: continue }`,
  },
  unauthorized: {
    meaning: 'Who asks is not allowed to, or a secret is not set.',
    cause:
      'HTTP 401, 402 or 403, an account that can not pay for the call, a name in `secrets` that has no value, a private address that `http.allow` does not list, or a file outside `files.roots`.',
    fix: 'Set the secret or renew the key, or add credit where the vendor bills it; for tools, list the address or folder in `troupe.config.yaml`.',
    example: `
- id: fetch # the config needs http: { allow: ["127.0.0.1:8080"] }
  tool: http.get
  with: { url: "http://127.0.0.1:8080/" }`,
  },
  invalid_input: {
    meaning: 'The step was given something that its tool or model does not take.',
    cause:
      'A value that is only known at run time has the wrong type or is out of range, or a server did not accept the request (HTTP 400 and most others below 500).',
    fix: 'The message names the field, what was expected and what came. Convert or check the value before this step.',
    example: `
- id: rows
  tool: csv.parse
  with: { text: '"open' } # a quote that is never closed
  on_error: { invalid_input: continue }`,
  },
  invalid_output: {
    meaning: 'The answer does not fit its schema.',
    cause: 'A model did not answer with an instance of `returns`, or a tool broke its own output schema.',
    fix: 'Ask more clearly, loosen `returns`, or allow more attempts: another answer may fit.',
    example: `
- id: judge
  llm: default
  prompt: "Bug or question? Answer with JSON."
  returns: { label: { enum: [bug, question] } }
  retry: { max: 3, on: [invalid_output] }`,
  },
  tool_failed: {
    meaning: 'The tool could not do what it was asked.',
    cause: 'The message has the reason: a query that fails, a body that can not be read, too many redirects.',
    fix: 'Follow the reason, or match the code in `on_error`.',
    example: `
- id: query
  tool: json.query
  with: { data: { a: 1 }, query: "$number('x')" }
  on_error: { tool_failed: continue }`,
  },
  code_failed: {
    meaning: 'The code of a `code` step threw an error.',
    cause: 'A mistake in `source` or `file`, or an input that it does not expect.',
    fix: 'The message has the error and its line.',
    example: `
- id: compute
  code: javascript
  source: throw new Error('not today')
  on_error: { code_failed: continue }`,
  },
  sandbox_limit: {
    meaning: 'The code of a `code` step used more than its sandbox allows.',
    cause: 'Memory, processor time or time ran out.',
    fix: 'Raise the limit in `sandbox`, or do less at once.',
    example: `
- id: compute
  code: javascript
  source: for (;;) {}
  sandbox: { time: 2s }
  on_error: { sandbox_limit: continue }`,
  },
  sandbox_unavailable: {
    meaning: 'There is no sandbox of the kind that the `code` step asks for.',
    cause: 'What the engine needs is not installed on this machine.',
    fix: 'Install it, or choose another `sandbox.engine`. `troupe doctor` says what is missing.',
    example: `
- id: compute
  code: python
  source: return 1
  on_error: { sandbox_unavailable: continue }`,
  },
  agent_lost: {
    meaning: 'The agent that performed the step is gone.',
    cause: 'It crashed, was stopped, or is cut off from the network.',
    fix: 'Let `on_lost` decide whether the step is tried again; look at the agent.',
    example: `
- id: scan
  tool: logs.search
  with: { query: error }
  runs_on: { needs: [logs] }
  on_lost: retry`,
  },
  no_agent: {
    meaning: 'No agent offers what the step needs.',
    cause: '`runs_on` names an agent or labels that nobody has now.',
    fix: 'Start such an agent, or correct `runs_on`.',
    example: `
- id: scan
  tool: logs.search
  with: { query: error }
  runs_on: { needs: [logs] }
  on_error: { no_agent: continue }`,
  },
  outcome_unknown: {
    meaning: 'Nobody knows whether the step took effect, and trying again could do harm.',
    cause:
      'The process or agent ended while a writing tool was at work, and the step has neither `key` nor `on_lost: retry`.',
    fix: 'Find out by hand, or match it in `on_error`. Give the step a `key` where the other side heeds the header Idempotency-Key, or `on_lost: retry` where a repeat does no harm.',
    example: `
- id: pay
  tool: http.post
  with: { url: "https://bank.example/pay", json: { amount: 5 } }
  key: "'pay-' + run.id" # the bank knows it, so that it may be tried again`,
  },
  expression_failed: {
    meaning: 'An expression has no value.',
    cause:
      'A missing key, a null where a value is needed, a division by zero, an index out of range, or too much work.',
    fix: 'The details name the expression and the reason. Guard the read: `steps.?x.?output.orValue(…)`, `has(…)`, or a `when`.',
    example: `
- id: share
  set: { value: 1 / input.count } # nothing to share when it is 0
  on_error: { expression_failed: continue }`,
  },
  loop_exhausted: {
    meaning: 'A loop reached its `max`.',
    cause: 'The condition of `until` did not come true, or that of `while` did not end, within `max` iterations.',
    fix: 'Raise `max`, correct the condition, or set `on_max: continue` where the last result is good enough.',
    example: `
- id: poll
  loop: { until: steps.get.output.status == 200, max: 10 }
  do:
    - { id: get, tool: http.get, with: { url: "https://a.example/ready" } }
    - { id: pause, wait: { for: 5s } }
  on_error: { loop_exhausted: continue }`,
  },
  visits_exhausted: {
    meaning: 'A step was entered more often than its `max_visits`.',
    cause: 'A jump back by `next` or `on_error` came here too often.',
    fix: 'Raise `max_visits`, or end the cycle by a condition.',
    example: `
- id: ask
  llm: default
  prompt: Hello
  max_visits: 3
- id: again
  switch: [{ when: steps.ask.output.text == "", next: ask }]`,
  },
  join_failed: {
    meaning: 'Too few branches of a `parallel` completed.',
    cause:
      'With `join: any` or `at_least`, so many branches failed that the number can not be reached. The details have their faults.',
    fix: 'Look at the faults of the branches, or match it in `on_error`.',
    example: `
- id: either
  parallel:
    here: [{ id: one, tool: http.get, with: { url: "https://a.example" } }]
    there: [{ id: two, tool: http.get, with: { url: "https://b.example" } }]
  join: any
  on_error: { join_failed: continue }`,
  },
  turns_exhausted: {
    meaning: 'The model still called tools after `max_turns`.',
    cause: 'The task needs more turns, or the model goes in circles.',
    fix: 'Raise `max_turns`, or ask more clearly.',
    example: `
- id: research
  llm: default
  prompt: Find it out
  tools: [http.get]
  max_turns: 6
  on_error: { turns_exhausted: continue }`,
  },
  refused: {
    meaning: 'The model refused to do it.',
    cause: 'The request is against the rules of the provider.',
    fix: 'Change the request, or use another model: `models` takes a list in fallback order.',
    example: `
- id: ask
  llm: default
  prompt: Hello
  on_error: { refused: continue }`,
  },
  child_cancelled: {
    meaning: 'Somebody cancelled the run that a `workflow` step had started.',
    cause: 'It was cancelled by itself, not with this run.',
    fix: 'Match it in `on_error`, or run again.',
    example: `
- id: call
  workflow: billing
  on_error: { child_cancelled: continue }`,
  },
  rejected: {
    meaning: 'A person said no.',
    cause: 'An `approve` step was rejected.',
    fix: 'Match it in `on_error`.',
    example: `
- id: ask_human
  approve: { title: "Send it?" }
  timeout: 4h
  on_error: { rejected: end, timeout: end }`,
  },
  not_found: {
    meaning: 'What the step asks for does not exist.',
    cause: 'HTTP 404 or 410, a file that is not there, an unknown model.',
    fix: 'Correct the name, or match it in `on_error`.',
    example: `
- id: read
  tool: files.read
  with: { path: notes.txt }
  on_error: { not_found: continue }`,
  },
  conflict: {
    meaning: 'Something else changed it at the same time, or it exists already.',
    cause: 'HTTP 409 or 412, a file that exists already, or an `if_version` that is no longer the current one.',
    fix: 'Read the newest state, and decide again.',
    example: `
- id: create
  tool: files.write
  with: { path: report.md, content: Hello, if_exists: fail }
  on_error: { conflict: continue }`,
  },
  too_large: {
    meaning: 'A value is larger than allowed.',
    cause:
      'A response, file, event or message is over its limit, or the state or the journal of the run is: that ends the run, and `on_error` can not match it. The details name the limit; all of them stand in docs/operations.md.',
    fix: 'Ask for less, in pages or by a query, or raise the limit where the tool has one. Large things belong into blobs, long work into the items of a foreach or into child runs.',
    example: `
- id: read
  tool: files.read
  with: { path: huge.log }
  on_error: { too_large: continue }`,
  },
  budget_exceeded: {
    meaning: 'The run reached one of its `limits`. It ends, and `on_error` can not match it.',
    cause: 'Steps, time, tokens or cost; the details name which.',
    fix: 'Raise the limit, or find out what uses so much: `troupe trace RUN`.',
    example: `
limits: { steps: 1000, time: 1h, cost_usd: 0.50 }`,
  },
  defect: {
    meaning: 'Troupe broke one of its own rules. The run ends, and `on_error` can not match it.',
    cause: 'A mistake in Troupe, not in the workflow.',
    fix: 'Please report it, with the message and the output of `troupe trace RUN`.',
  },
}
