import type { PatternCases } from '../pattern-case.ts'

const PRICES = 'GET shop.example/prices'
const WEATHER = 'GET weather.example/today'
const HOTELS = { 'GET hotels.example/free': { body: ['Adler'] } }
const SECOND = 1_000

export const FLOW_CASES: PatternCases = {
  'choose-a-way-with-a-default': [
    {
      title: 'the first rule that holds is taken',
      input: { weight_kg: 2, is_urgent: true },
      seen: { output: { carrier: 'bike', eur: 12 } },
    },
    {
      title: 'without a rule that holds the default is taken',
      input: { weight_kg: 12, is_urgent: true },
      seen: { output: { carrier: 'post', eur: 4 } },
    },
  ],
  'jump-and-end-early': [
    {
      title: 'a known price ends the run at once',
      input: { article: 'tea' },
      answers: { [PRICES]: { body: { state: 'known', eur: 3 } } },
      seen: { output: { eur: 3, is_wanted: false }, calls: ['GET shop.example/prices?article=tea'], events: [] },
    },
    {
      title: 'an outdated price is refreshed, and looked up once more',
      input: { article: 'tea' },
      answers: { [PRICES]: [{ body: { state: 'outdated' } }, { body: { state: 'known', eur: 4 } }] },
      seen: {
        output: { eur: 4, is_wanted: false },
        calls: [
          'GET shop.example/prices?article=tea',
          'POST shop.example/prices {"article":"tea"}',
          'GET shop.example/prices?article=tea',
        ],
      },
    },
    {
      title: 'any other state goes on with the next step',
      input: { article: 'tea' },
      answers: { [PRICES]: { body: { state: 'none' } } },
      seen: { output: { eur: 0, is_wanted: true }, events: ['price.wanted {"article":"tea"}'] },
    },
    {
      title: 'a price that stays outdated does not go round for ever',
      input: { article: 'tea' },
      answers: { [PRICES]: { body: { state: 'outdated' } } },
      seen: { error: { code: 'visits_exhausted', step: 'look_up' } },
    },
  ],
  'number-the-items-of-a-list': [
    {
      title: 'each item has its number',
      input: { names: ['Ada', 'Bo'] },
      seen: { output: { badges: ['1. Ada', '2. Bo'] } },
    },
    { title: 'an empty list has no badges', input: { names: [] }, seen: { output: { badges: [] } } },
  ],
  'take-items-until-there-is-enough': [
    {
      title: 'items are loaded in order until the next one is too heavy',
      input: {
        orders: [
          { id: 'a', kg: 4 },
          { id: 'b', kg: 5 },
          { id: 'c', kg: 3 },
        ],
        capacity_kg: 10,
      },
      seen: {
        output: { loaded: 2 },
        calls: ['POST ramp.example/load {"order":"a"}', 'POST ramp.example/load {"order":"b"}'],
      },
    },
    {
      title: 'the loop ends with the list',
      input: { orders: [{ id: 'a', kg: 4 }], capacity_kg: 10 },
      seen: { output: { loaded: 1 } },
    },
    {
      title: 'a first item that is too heavy loads nothing',
      input: { orders: [{ id: 'a', kg: 40 }], capacity_kg: 10 },
      seen: { output: { loaded: 0 }, calls: [] },
    },
  ],
  'go-on-without-a-branch-that-failed': [
    {
      title: 'both branches give their values',
      input: { city: 'Ulm' },
      answers: { ...HOTELS, [WEATHER]: { body: { text: 'sunny' } } },
      seen: { output: { weather: 'sunny', hotels: ['Adler'] }, events: [] },
    },
    {
      title: 'a branch that failed is told of, and the other one is not cancelled',
      input: { city: 'Ulm' },
      answers: { ...HOTELS, [WEATHER]: { status: 503 } },
      seen: {
        output: { weather: 'unknown', hotels: ['Adler'] },
        events: [
          `weather.missing ${JSON.stringify({
            city: 'Ulm',
            why: 'GET https://weather.example/today?city=… answered 503: the server has a problem of its own',
          })}`,
        ],
      },
    },
  ],
  'ask-two-services-at-once': [
    {
      title: 'it takes as long as the slower one',
      input: { customer: 'c-1' },
      answers: {
        'GET scores.example/c-1': { body: { score: 700 }, takesMs: 2 * SECOND },
        'GET debts.example/c-1': { body: { eur: 0 }, takesMs: 5 * SECOND },
      },
      seen: {
        output: { is_safe: true },
        calls: ['GET scores.example/c-1', 'GET debts.example/c-1'],
        ended: ' at 5s',
      },
    },
    {
      title: 'one that fails for good fails the run',
      input: { customer: 'c-1' },
      answers: { 'GET scores.example/c-1': { status: 404 }, 'GET debts.example/c-1': { body: { eur: 0 } } },
      seen: { error: { code: 'not_found', step: 'score' } },
    },
  ],
  'take-the-first-answer': [
    {
      title: 'the faster one wins, and the run does not wait for the other',
      input: { file: 'map.txt' },
      answers: {
        'GET near.example/map.txt': { body: 'from near', takesMs: 9 * SECOND },
        'GET far.example/map.txt': { body: 'from far', takesMs: 2 * SECOND },
      },
      seen: { output: { content: 'from far', from: 'far' }, ended: ' at 2s' },
    },
    {
      title: 'one that fails does not decide',
      input: { file: 'map.txt' },
      answers: {
        'GET near.example/map.txt': { status: 404 },
        'GET far.example/map.txt': { body: 'from far', takesMs: 2 * SECOND },
      },
      seen: { output: { content: 'from far', from: 'far' } },
    },
    {
      title: 'without any answer the run fails',
      input: { file: 'map.txt' },
      answers: { 'GET near.example/map.txt': { status: 404 }, 'GET far.example/map.txt': { status: 410 } },
      seen: { error: { code: 'join_failed', step: 'race' } },
    },
  ],
  'map-with-bounded-concurrency': [
    {
      title: 'two requests go on at a time, and the results keep the order',
      input: { texts: ['a', 'b', 'c'] },
      answers: {
        'POST translate.example/de': [
          { body: { text: 'A' }, takesMs: 2 * SECOND },
          { body: { text: 'B' }, takesMs: SECOND },
          { body: { text: 'C' } },
        ],
      },
      seen: {
        output: { texts: ['A', 'B', 'C'], failed: 0 },
        calls: [
          'POST translate.example/de {"text":"a"}',
          'POST translate.example/de {"text":"b"}',
          'POST translate.example/de {"text":"c"} at 1s',
        ],
      },
    },
    {
      title: 'an item that fails is counted, and stops no other',
      input: { texts: ['a', 'b'] },
      answers: { 'POST translate.example/de': [{ status: 422 }, { body: { text: 'B' } }] },
      seen: { output: { texts: ['B'], failed: 1 } },
    },
  ],
  'send-a-list-in-batches': [
    {
      title: 'each batch is one request',
      input: { rows: Array.from({ length: 250 }, (_, id) => ({ id })) },
      answers: { 'POST warehouse.example/rows': { status: 201 } },
      seen: { output: { rows: 250 } },
    },
    {
      title: 'one batch may fail',
      input: { rows: Array.from({ length: 250 }, (_, id) => ({ id })) },
      answers: { 'POST warehouse.example/rows': [{ status: 422 }, { status: 201 }] },
      seen: { output: { rows: 150 } },
    },
    {
      title: 'a second one that fails stops the rest',
      input: { rows: Array.from({ length: 250 }, (_, id) => ({ id })) },
      answers: { 'POST warehouse.example/rows': { status: 422 } },
      seen: { error: { code: 'join_failed', step: 'sent' } },
    },
  ],
  'call-a-workflow-and-use-its-result': [
    {
      title: 'the output of the called workflow is used',
      input: { address: 'Ulm' },
      answers: {
        'GET places.example/search': { body: { lat: 48.4, lon: 10 } },
        'GET routes.example/to': { body: { minutes: 25 } },
      },
      seen: {
        output: { minutes: 25 },
        calls: ['GET places.example/search?q=Ulm', 'GET routes.example/to?lat=48.4&lon=10'],
        runs: ['find-place completed'],
      },
    },
    {
      title: 'a fault of the called workflow is caught by its code',
      input: { address: 'Nowhere' },
      answers: { 'GET places.example/search': { status: 404 } },
      seen: { error: { code: 'no_such_address', message: "There is no 'Nowhere'" }, runs: ['find-place failed'] },
    },
  ],
  'start-a-workflow-and-go-on': [
    {
      title: 'the run ends at once, while the started one goes on',
      input: { order: 'A-1' },
      seen: { ended: '', calls: [], runs: ['send-letter running'] },
    },
  ],
  'import-a-file-larger-than-memory': [
    {
      title: 'each row is sent once, a bad one is left out, and the answers stand in a file in the order of the rows',
      input: { day: '2030-01-01' },
      files: { 'orders-2030-01-01.csv': 'id,eur\nA-1,20\nA-2,much\n"A,3",1.5\n' },
      answers: {
        'POST shop.example/orders': [{ body: { serial: 's-1' }, takesMs: SECOND }, { body: { serial: 's-2' } }],
      },
      seen: {
        files: { 'booked-2030-01-01.csv': 'id,serial\nA-1,s-1\n"A,3",s-2\n' },
        output: { booked: 2 },
        calls: ['POST shop.example/orders {"id":"A-1","eur":20}', 'POST shop.example/orders {"id":"A,3","eur":1.5}'],
        headers: [{ 'idempotency-key': 'A-1' }, { 'idempotency-key': 'A,3' }],
      },
    },
    {
      title: 'a day without a file is a failed run',
      input: { day: '2030-01-02' },
      files: {},
      seen: { error: { code: 'not_found', step: 'rows' }, calls: [] },
    },
    {
      title: 'eleven bad rows end it',
      input: { day: '2030-01-01' },
      files: { 'orders-2030-01-01.csv': `id,eur\n${'A,x\n'.repeat(11)}` },
      seen: { error: { code: 'join_failed', step: 'rows' }, calls: [] },
    },
  ],
}
