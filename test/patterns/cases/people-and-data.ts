import type { PatternCases } from '../pattern-case.ts'
import { cancel, decide } from '../run-pattern.ts'

const INVOICE = { invoice: 'I-7', eur: 90 }
const BOOK = 'GET library.example/books/moby-dick'
const READER = { book: 'moby-dick', reader: 'bo' }
const LABEL = 'POST labels.example/v2/label'

const PEOPLE_CASES: PatternCases = {
  'ask-several-people-to-approve': [
    {
      title: 'two approvals pay the invoice, and the third person is not needed',
      input: INVOICE,
      coming: [
        ['1h', decide('ask', { by: 'cem' })],
        ['2h', decide('ask', { by: 'ann' })],
      ],
      seen: {
        output: { approved_by: ['cem', 'ann'] },
        asked: ['Pay 90 EUR for I-7? (ann, bob, cem)'],
        calls: ['POST bank.example/payments {"invoice":"I-7","eur":90} at 2h'],
      },
    },
    {
      title: 'one rejection refuses it',
      input: INVOICE,
      coming: [
        ['1h', decide('ask', { by: 'cem' })],
        ['2h', decide('ask', { by: 'ann', verdict: 'rejected', comment: 'paid in May' })],
      ],
      seen: {
        error: { code: 'not_approved', message: "'Pay 90 EUR for I-7?' was rejected by ann: paid in May" },
        calls: [],
      },
    },
    {
      title: 'one approval is not enough, however long the run waits',
      input: INVOICE,
      coming: [['1h', decide('ask', { by: 'cem' })]],
      seen: { error: { code: 'not_approved' }, calls: [], ended: ' at 2d' },
    },
    {
      title: 'a cancel ends the wait for persons',
      input: INVOICE,
      coming: [['1h', cancel('ann')]],
      seen: { status: 'cancelled', calls: [], ended: ' at 1h' },
    },
  ],
  'decide-on-an-application': [
    {
      title: 'a person reviews an applicant of age',
      input: { applicant: { name: 'Ada', age: 18 } },
      coming: [['1d', decide('review', { values: { places: 2 } })]],
      seen: { output: { is_accepted: true, places: 2 }, asked: ['Accept Ada?'], runs: [] },
    },
    {
      title: 'others get a letter from another workflow',
      input: { applicant: { name: 'Bo', age: 17 } },
      seen: {
        output: { is_accepted: false, places: 0 },
        asked: [],
        runs: ['send-letter completed'],
        calls: ['POST mail.example/letters {"order":"Too young: Bo"} at 10m'],
      },
    },
  ],
  'lend-a-book': [
    {
      title: 'a book that is there is lent at once',
      input: READER,
      answers: { [BOOK]: { body: { state: 'there' } } },
      seen: {
        output: { is_lent: true },
        asked: [],
        events: ['book.lent {"book":"moby-dick","reader":"bo"}'],
      },
    },
    {
      title: 'a reader who waits is asked once, and the book is looked for every two weeks',
      input: READER,
      answers: { [BOOK]: [{ body: { state: 'lent' } }, { body: { state: 'lent' } }, { body: { state: 'there' } }] },
      coming: [['1h', decide('ask', { by: 'bo' })]],
      seen: {
        output: { is_lent: true },
        asked: ['moby-dick is lent. Wait for it? (bo)'],
        calls: [
          BOOK,
          `${BOOK} at 337h`,
          `${BOOK} at 673h`,
          'POST library.example/loans {"book":"moby-dick","reader":"bo"} at 673h',
        ],
      },
    },
    {
      title: 'a reader who does not want to wait leaves',
      input: READER,
      answers: { [BOOK]: { body: { state: 'lent' } } },
      coming: [['1h', decide('ask', { by: 'bo', verdict: 'rejected' })]],
      seen: { output: { is_lent: false }, events: ['book.not_wanted {"book":"moby-dick"} at 1h'] },
    },
  ],
}

const DATA_CASES: PatternCases = {
  'compute-values-with-set': [
    {
      title: 'values are built on values',
      input: {
        lines: [
          { article: 'tea', eur: 4, count: 2 },
          { article: 'cup', eur: 2, count: 1 },
          { article: 'tea', eur: 5, count: 1 },
        ],
      },
      seen: { output: { title: 'Invoice for cup, tea', gross: 17.85 } },
    },
  ],
  'refuse-a-wrong-input': [
    {
      title: 'defaults are filled in',
      input: { email: 'ada@example.org' },
      seen: {
        output: { seats: 1, class: 'second' },
        calls: ['POST trains.example/bookings {"email":"ada@example.org","seats":1,"class":"second","names":[]}'],
      },
    },
    {
      title: 'an input that does not fit starts no run, and all that is wrong is said',
      input: { email: 'ada', seats: 11, class: 'third', companions: [{ age: 3 }] },
      seen: {
        status: 'refused',
        error: {
          code: 'invalid_input',
          message: [
            `the input does not fit workflow 'refuse-a-wrong-input': '/email' must match format "email", got "ada"`,
            `'/seats' must be <= 10, got 11`,
            `'/class' must be one of "first", "second", got "third"`,
            'and 1 more',
          ].join('; '),
        },
        calls: [],
      },
    },
  ],
  'shape-the-output-of-each-step': [
    {
      title: 'later steps and the output read the named parts',
      input: { repository: 'tea' },
      answers: {
        'GET git.example/repos/tea/issues': {
          body: [
            { title: 'Too hot', state: 'open', age: 3, labels: ['bug'] },
            { title: 'Old', state: 'closed', age: 90, labels: [] },
            { title: 'Too cold', state: 'open', age: 8, labels: ['bug', 'later'] },
          ],
        },
      },
      seen: {
        output: {
          oldest: 'Too cold',
          labels: ['bug', 'later'],
          summary: 'Summarise these issues. [{"title":"Too hot","days":3},{"title":"Too cold","days":8}]',
        },
      },
    },
  ],
  'call-a-server-with-query-headers-and-body': [
    {
      title: 'the request has all its parts, and the answer is used as a whole',
      input: { text: 'Hello' },
      secrets: { LABEL_TOKEN: 'hunter2hunter2' },
      answers: { [LABEL]: { status: 201, body: { labels: ['greeting'] }, headers: { 'x-quota-left': '41' } } },
      seen: {
        output: { status: 201, quota_left: 41, labels: ['greeting'] },
        calls: [`${LABEL}?lang=en&top=3 {"text":"Hello"}`],
        headers: [{ 'x-request-source': 'troupe', authorization: 'Bearer hunter2hunter2' }],
      },
    },
    {
      title: 'a status that is accepted is an answer',
      input: { text: '' },
      secrets: { LABEL_TOKEN: 'hunter2hunter2' },
      answers: { [LABEL]: { status: 422 } },
      seen: { output: { status: 422, quota_left: 0, labels: [] } },
    },
  ],
}

export const PEOPLE_AND_DATA_CASES: PatternCases = { ...PEOPLE_CASES, ...DATA_CASES }
