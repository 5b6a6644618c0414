/** The patterns of docs/patterns.md: their order, the parts of their files that the page shows, and their names elsewhere. */

export interface PatternEntry {
  /** The file in examples/patterns, without `.yaml`. */
  name: string
  /** Ids of steps, and keys of the file: what matters about the pattern. */
  shows: readonly string[]
  /** Other names, by which a reader may look for it. */
  alias: string
}

export const PATTERN_GROUPS: readonly { title: string; patterns: readonly PatternEntry[] }[] = [
  {
    title: 'Data',
    patterns: [
      { name: 'compute-values-with-set', shows: ['totals', 'invoice'], alias: 'set, assign, pass state' },
      { name: 'refuse-a-wrong-input', shows: ['input'], alias: 'input validation, input from defaults' },
      { name: 'shape-the-output-of-each-step', shows: ['open', 'output'], alias: 'output as, export, result selector' },
      {
        name: 'call-a-server-with-query-headers-and-body',
        shows: ['label', 'output'],
        alias: 'call HTTP, HTTP task, output as response',
      },
    ],
  },
  {
    title: 'Flow',
    patterns: [
      { name: 'choose-a-way-with-a-default', shows: ['carrier'], alias: 'choice state, switch' },
      {
        name: 'jump-and-end-early',
        shows: ['look_up', 'judge', 'refresh'],
        alias: 'flow directives: then, continue, end',
      },
      { name: 'number-the-items-of-a-list', shows: ['badges'], alias: 'for each with an index' },
      { name: 'take-items-until-there-is-enough', shows: ['loading'], alias: 'for with while' },
      { name: 'map-with-bounded-concurrency', shows: ['translated', 'output'], alias: 'map state, MaxConcurrency' },
      { name: 'send-a-list-in-batches', shows: ['sent'], alias: 'item batcher, tolerated failures' },
      {
        name: 'import-a-file-larger-than-memory',
        shows: ['rows', 'output'],
        alias: 'distributed map, item reader',
      },
      { name: 'ask-two-services-at-once', shows: ['both', 'output'], alias: 'parallel state, fork' },
      { name: 'take-the-first-answer', shows: ['race', 'output'], alias: 'fork that competes, race' },
      { name: 'go-on-without-a-branch-that-failed', shows: ['gather'], alias: 'parallel with a catch in one branch' },
    ],
  },
  {
    title: 'Workflows that run others',
    patterns: [
      {
        name: 'call-a-workflow-and-use-its-result',
        shows: ['place', 'unknown'],
        alias: 'nested workflow, run and await',
      },
      { name: 'start-a-workflow-and-go-on', shows: ['letter', 'output'], alias: 'fire and forget, run without await' },
      { name: 'start-a-workflow-for-each-event', shows: ['day'], alias: 'schedule on an event' },
    ],
  },
  {
    title: 'Time',
    patterns: [
      { name: 'start-a-task-at-a-given-time', shows: ['until_due'], alias: 'task timer, wait' },
      { name: 'poll-a-job-until-it-is-done', shows: ['poll'], alias: 'job poller, monitor a job' },
      { name: 'give-a-step-a-deadline', shows: ['rates'], alias: 'timeout of a task' },
      { name: 'give-a-workflow-a-deadline', shows: ['limits', 'finally'], alias: 'timeout of a workflow' },
      { name: 'fail-without-a-heartbeat', shows: ['work', 'lost'], alias: 'heartbeat timeout' },
      { name: 'start-by-a-schedule', shows: ['triggers', 'flow'], alias: 'schedule, cron, check an inbox' },
    ],
  },
  {
    title: 'Events',
    patterns: [
      { name: 'publish-an-event-with-a-subject', shows: ['placed'], alias: 'emit a CloudEvent' },
      {
        name: 'wait-for-the-payment-of-one-order',
        shows: ['payment', 'lapsed'],
        alias: 'listen to one event, correlation, filter by data',
      },
      { name: 'wait-for-any-of-several-events', shows: ['answer'], alias: 'listen to any, event-based switch' },
      { name: 'wait-for-all-of-several-events', shows: ['documents'], alias: 'listen to all, college application' },
      {
        name: 'wait-for-a-callback-with-a-token',
        shows: ['order_check', 'checked'],
        alias: 'wait for a task token, callback, credit check',
      },
      {
        name: 'accumulate-readings-until-there-are-enough',
        shows: ['collect'],
        alias: 'accumulate room readings, auction bids',
      },
      {
        name: 'cancel-an-order-that-misses-its-deadline',
        shows: ['delivery', 'too_late'],
        alias: 'purchase order deadline',
      },
    ],
  },
  {
    title: 'People',
    patterns: [
      { name: 'ask-several-people-to-approve', shows: ['ask'], alias: 'human approval' },
      { name: 'decide-on-an-application', shows: ['decide'], alias: 'applicant decision' },
      { name: 'lend-a-book', shows: ['judge', 'ask', 'pause'], alias: 'book lending' },
    ],
  },
  {
    title: 'Faults',
    patterns: [
      {
        name: 'retry-then-catch-by-name',
        shows: ['charge'],
        alias: 'retry with backoff and jitter, catch by error name, catch all',
      },
      {
        name: 'handle-one-status-of-a-call',
        shows: ['find', 'missing'],
        alias: 'try and catch with a filter, error variable',
      },
      { name: 'onboard-a-patient-with-retries', shows: ['onboard'], alias: 'try with retry, patient onboarding' },
      {
        name: 'provision-orders-and-name-what-is-missing',
        shows: ['provisioned', 'output'],
        alias: 'provision orders',
      },
      { name: 'say-why-a-run-failed', shows: ['refuse'], alias: 'raise an error with details, fail state' },
      { name: 'tell-and-raise-the-fault-again', shows: ['import', 'tell'], alias: 'raise a caught error again' },
      { name: 'undo-bookings-when-a-later-one-fails', shows: ['flight', 'car', 'no_car'], alias: 'saga, compensation' },
      {
        name: 'undo-a-block-and-go-another-way',
        shows: ['by_plane', 'by_train'],
        alias: 'compensate a scope and go on',
      },
      {
        name: 'stop-calling-a-server-that-is-down',
        shows: ['circuit', 'is_open', 'ask', 'open'],
        alias: 'circuit breaker',
      },
    ],
  },
]
