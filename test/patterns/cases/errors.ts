import type { PatternCases } from '../pattern-case.ts'

const CHARGE = 'POST pay.example/charges'
const FLIGHT = { 'POST flights.example/bookings': { status: 201, body: { id: 'f-1' } } }
const HOTEL = { 'POST hotels.example/bookings': { status: 201, body: { id: 'h-2' } } }
const CIRCUIT = 'GET store.example/circuits/answers'
const DOCTOR = 'POST clinic.example/doctors/assign'
/** The start of every run, in epoch milliseconds. */
const START_MS = Date.UTC(2030, 0, 1)

const CLAIM = { claim: { id: 'c-1', eur: 900 } }

export const ERROR_CASES: PatternCases = {
  'retry-then-catch-by-name': [
    {
      title: 'a fault that passes is retried under the same key',
      input: { order: 'A-1' },
      answers: { [CHARGE]: [{ status: 503 }, { status: 503 }, { status: 201 }] },
      seen: {
        output: { state: 'paid' },
        headers: Array.from({ length: 3 }, () => ({ 'idempotency-key': 'charge-A-1' })),
      },
    },
    {
      title: 'the server says when to come back',
      input: { order: 'A-1' },
      answers: { [CHARGE]: [{ status: 429, headers: { 'retry-after': '90' } }, { status: 201 }] },
      seen: {
        output: { state: 'paid' },
        calls: [`${CHARGE} {"order":"A-1"}`, `${CHARGE} {"order":"A-1"} at 90s`],
      },
    },
    {
      title: 'a fault with a code of the list is handled by its case, without a retry',
      input: { order: 'A-1' },
      answers: { [CHARGE]: { status: 409 } },
      seen: { output: { state: 'paid before' }, calls: [`${CHARGE} {"order":"A-1"}`] },
    },
    {
      title: 'a status that has no code of its own is handled by a condition',
      input: { order: 'A-1' },
      answers: { [CHARGE]: { status: 402 } },
      seen: { output: { state: 'declined' }, events: [] },
    },
    {
      title: 'any other fault is handled in general, with its code',
      input: { order: 'A-1' },
      answers: { [CHARGE]: { status: 403 } },
      seen: {
        output: { state: 'unclear' },
        events: ['charge.failed {"order":"A-1","code":"unauthorized"}'],
      },
    },
  ],
  'handle-one-status-of-a-call': [
    {
      title: 'a customer who is there is found',
      input: { customer: 'c-1' },
      answers: { 'GET crm.example/customers/c-1': { body: { name: 'Ada' } } },
      seen: { output: { name: 'Ada' } },
    },
    {
      title: 'a 404 is an answer',
      input: { customer: 'c-1' },
      answers: { 'GET crm.example/customers/c-1': { status: 404, body: { error: 'no such customer' } } },
      seen: { output: { name: 'unknown' }, calls: ['GET crm.example/customers/c-1'] },
    },
    {
      title: 'any other status is a failed run',
      input: { customer: 'c-1' },
      answers: { 'GET crm.example/customers/c-1': { status: 403 } },
      seen: { error: { code: 'unauthorized', step: 'find' } },
    },
  ],
  'undo-bookings-when-a-later-one-fails': [
    {
      title: 'three bookings are kept',
      input: { city: 'Oslo' },
      answers: { ...FLIGHT, ...HOTEL, 'POST cars.example/bookings': { status: 201, body: { id: 'c-3' } } },
      seen: { output: { bookings: ['f-1', 'h-2', 'c-3'] }, undone: [] },
    },
    {
      title: 'without a car the hotel is given back, then the flight',
      input: { city: 'Oslo' },
      answers: { ...FLIGHT, ...HOTEL, 'POST cars.example/bookings': { status: 409 } },
      seen: {
        error: { code: 'no_car', message: 'There is no car in Oslo' },
        undone: ['hotel', 'flight'],
        calls: [
          'POST flights.example/bookings {"city":"Oslo"}',
          'POST hotels.example/bookings {"city":"Oslo"}',
          'POST cars.example/bookings {"city":"Oslo"}',
          'DELETE hotels.example/bookings/h-2',
          'DELETE flights.example/bookings/f-1',
        ],
      },
    },
  ],
  'undo-a-block-and-go-another-way': [
    {
      title: 'both bookings are kept',
      input: { city: 'Oslo' },
      answers: { ...FLIGHT, ...HOTEL },
      seen: { output: { way: 'plane' }, undone: [] },
    },
    {
      title: 'without a flight the hotel is given back before the train is booked, and the run completes',
      input: { city: 'Oslo' },
      answers: { ...HOTEL, 'POST flights.example/bookings': { status: 409 } },
      seen: {
        output: { way: 'train' },
        calls: [
          'POST hotels.example/bookings {"city":"Oslo"}',
          'POST flights.example/bookings {"city":"Oslo"}',
          'DELETE hotels.example/bookings/h-2',
          'POST trains.example/bookings {"city":"Oslo"}',
        ],
      },
    },
    {
      title: 'any other fault ends the run, which gives back all the same',
      input: { city: 'Oslo' },
      answers: { ...HOTEL, 'POST flights.example/bookings': { status: 403 } },
      seen: { error: { code: 'unauthorized', step: 'flight' }, undone: ['hotel'] },
    },
  ],
  'stop-calling-a-server-that-is-down': [
    {
      title: 'a closed circuit lets the call pass',
      input: { question: 'why' },
      answers: { [CIRCUIT]: { status: 404 }, 'GET answers.example/': { body: { text: 'because' } } },
      seen: { output: { answer: 'because' } },
    },
    {
      title: 'three failed calls open it for a minute',
      input: { question: 'why' },
      answers: { [CIRCUIT]: { status: 404 }, 'GET answers.example/': { status: 503 } },
      seen: {
        error: { code: 'circuit_open' },
        calls: [
          CIRCUIT,
          'GET answers.example/?q=why',
          'GET answers.example/?q=why at 1s',
          'GET answers.example/?q=why at 2s',
          `PUT store.example/circuits/answers {"open_until":${START_MS + 60_000}} at 2s`,
        ],
      },
    },
    {
      title: 'an open circuit refuses at once',
      input: { question: 'why' },
      answers: { [CIRCUIT]: { body: { open_until: START_MS + 1 } } },
      seen: { error: { code: 'circuit_open' }, calls: [CIRCUIT] },
    },
  ],
  'onboard-a-patient-with-retries': [
    {
      title: 'a fault of one step begins all of them again',
      input: { patient: { name: 'Bo', condition: 'cough' } },
      answers: {
        [DOCTOR]: [{ status: 503 }, { body: { name: 'Dr. No' } }],
        'POST clinic.example/appointments': { body: { at: '2030-01-04T09:00:00Z' } },
      },
      seen: { output: { appointment: '2030-01-04T09:00:00Z' }, events: [], ended: ' at 10s' },
    },
    {
      title: 'after three attempts a person takes over',
      input: { patient: { name: 'Bo', condition: 'cough' } },
      answers: { [DOCTOR]: { status: 503 } },
      seen: {
        output: { appointment: '' },
        events: ['patient.waits {"patient":"Bo","why":"unavailable"} at 20s'],
      },
    },
    {
      title: 'a fault that will not pass is not retried',
      input: { patient: { name: 'Bo', condition: 'cough' } },
      answers: { [DOCTOR]: { status: 404 } },
      seen: { events: ['patient.waits {"patient":"Bo","why":"not_found"}'] },
    },
  ],
  'provision-orders-and-name-what-is-missing': [
    {
      title: 'each kind of missing data has its code, and whole orders are provisioned',
      input: {
        orders: [
          { id: 'o-1', item: 'lamp', amount: 2 },
          { item: 'lamp', amount: 2 },
          { id: 'o-3', amount: 2 },
          { id: 'o-4', item: 'lamp' },
        ],
      },
      answers: { 'POST stock.example/provision': { body: { serial: 's-1' } } },
      seen: {
        output: { serials: ['s-1'], problems: ['missing_id', 'missing_item', 'missing_amount'] },
        calls: ['POST stock.example/provision {"id":"o-1","item":"lamp","amount":2}'],
      },
    },
  ],
  'say-why-a-run-failed': [
    {
      title: 'a claim that is fine completes the run',
      input: CLAIM,
      answers: { 'POST claims.example/check': { body: { verdict: 'fine', rules: [] } } },
      seen: { output: { is_fine: true } },
    },
    {
      title: 'the fault has a computed code, and details of any shape',
      input: CLAIM,
      answers: { 'POST claims.example/check': { body: { verdict: 'too_high', rules: ['r-4'] } } },
      seen: {
        error: {
          code: 'claim_too_high',
          step: 'refuse',
          message: 'The claim c-1 is too_high',
          details: { claim: 'c-1', eur: 900, rules: ['r-4'] },
        },
      },
    },
    {
      title: 'a verdict that is no word can be no code',
      input: CLAIM,
      answers: { 'POST claims.example/check': { body: { verdict: 'Too high!', rules: [] } } },
      seen: { error: { code: 'expression_failed', step: 'refuse' } },
    },
  ],
  'tell-and-raise-the-fault-again': [
    {
      title: 'the fault that is told is the one that ends the run, with its step',
      input: { file: 'rows.json' },
      answers: { 'GET files.example/rows.json': { body: [1] }, 'PUT store.example/rows.json': { status: 409 } },
      seen: {
        error: {
          code: 'conflict',
          step: 'write',
          message: 'PUT https://store.example/rows.json answered 409: what it writes has changed, or is there already',
        },
        events: ['import.failed {"file":"rows.json","code":"conflict","status":409}'],
      },
    },
    {
      title: 'a fault with a handler of its own is not told',
      input: { file: 'rows.json' },
      answers: { 'GET files.example/rows.json': { status: 404 } },
      seen: { output: { rows: 0 }, events: [] },
    },
  ],
}
