import type { PatternCases } from '../pattern-case.ts'
import { signal } from '../run-pattern.ts'

const JOB = { 'POST jobs.example/jobs': { body: { id: 'j-7' } } }
const RUNNING = { body: { state: 'running' } }
const MACHINE = { 'POST cloud.example/machines': { body: { id: 'm-1' } } }

export const TIME_CASES: PatternCases = {
  'start-a-task-at-a-given-time': [
    {
      title: 'the letter is sent when its time has come, and not before',
      input: { at: '2030-01-03T12:00:00Z', message: 'Happy birthday' },
      answers: { 'POST mail.example/messages': { body: { id: 'l-1' } } },
      seen: {
        output: { sent: 'l-1' },
        calls: ['POST mail.example/messages {"text":"Happy birthday"} at 60h'],
      },
    },
    {
      title: 'a time that has passed is no reason to wait',
      input: { at: '2029-12-31T12:00:00+01:00', message: 'Late' },
      answers: { 'POST mail.example/messages': { body: { id: 'l-2' } } },
      seen: { output: { sent: 'l-2' }, ended: '' },
    },
    {
      title: 'a text that is no point in time starts no run',
      input: { at: 'tomorrow', message: 'x' },
      seen: { status: 'refused', error: { code: 'invalid_input' }, calls: [] },
    },
  ],
  'poll-a-job-until-it-is-done': [
    {
      title: 'the job is asked for every 30 seconds until it has succeeded',
      input: { dataset: 'sales' },
      answers: { ...JOB, 'GET jobs.example/jobs/j-7': [RUNNING, RUNNING, { body: { state: 'succeeded', rows: 12 } }] },
      seen: {
        output: { rows: 12 },
        calls: [
          'POST jobs.example/jobs {"dataset":"sales"}',
          'GET jobs.example/jobs/j-7 at 30s',
          'GET jobs.example/jobs/j-7 at 1m',
          'GET jobs.example/jobs/j-7 at 90s',
        ],
        events: ['job.succeeded {"job":"j-7","rows":12} at 90s'],
      },
    },
    {
      title: 'a job that failed is a failed run, which says how the job ended',
      input: { dataset: 'sales' },
      answers: { ...JOB, 'GET jobs.example/jobs/j-7': { body: { state: 'aborted' } } },
      seen: { error: { code: 'job_failed', message: 'The job ended as aborted' }, events: [] },
    },
    {
      title: 'a job that never ends is given up after an hour',
      input: { dataset: 'sales' },
      answers: { ...JOB, 'GET jobs.example/jobs/j-7': RUNNING },
      seen: { error: { code: 'job_too_slow' }, ended: ' at 1h' },
    },
  ],
  'give-a-step-a-deadline': [
    {
      title: 'an answer in time is taken',
      answers: { 'GET rates.example/today': { body: { eur: 0.9 }, takesMs: 1500 } },
      seen: { output: { eur: 0.9 }, calls: ['GET rates.example/today'] },
    },
    {
      title: 'after two late answers the run goes on with another source',
      answers: {
        'GET rates.example/today': { body: { eur: 0.9 }, takesMs: 60_000 },
        'GET rates.example/yesterday': { body: { eur: 0.8 } },
      },
      seen: {
        output: { eur: 0.8 },
        calls: ['GET rates.example/today', 'GET rates.example/today at 3s', 'GET rates.example/yesterday at 5s'],
      },
    },
  ],
  'give-a-workflow-a-deadline': [
    {
      title: 'an event in time completes the run, and the machine is shut down',
      answers: MACHINE,
      coming: [['10m', signal('training.finished', { score: 0.7 })]],
      seen: { output: { score: 0.7 }, ended: ' at 10m' },
    },
    {
      title: 'after an hour the run ends, and the machine is shut down all the same',
      answers: MACHINE,
      seen: { error: { code: 'budget_exceeded' }, ended: ' at 1h' },
    },
  ],
  'start-by-a-schedule': [
    {
      title: 'a run answers each letter of its day',
      input: { day: '2030-01-01' },
      answers: { 'GET mail.example/inbox': { body: [{ text: 'Hello' }, { text: 'Bye' }] } },
      seen: { output: { answered: 2 }, calls: ['GET mail.example/inbox?day=2030-01-01'] },
    },
  ],
  'fail-without-a-heartbeat': [
    {
      title: 'signs of life keep the run waiting for the result',
      input: { task: 'render' },
      coming: [
        ['50s', signal('worker.sign', { done: false })],
        ['100s', signal('worker.sign', { done: true, result: 'a picture' })],
      ],
      seen: { output: { result: 'a picture' }, ended: ' at 100s' },
    },
    {
      title: 'a minute without a sign of life is a lost worker',
      input: { task: 'render' },
      coming: [['50s', signal('worker.sign', { done: false })]],
      seen: { error: { code: 'worker_lost', step: 'lost' }, ended: ' at 110s' },
    },
  ],
}
