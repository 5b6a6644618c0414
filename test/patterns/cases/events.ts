import { hash } from 'node:crypto'
import type { PatternCases } from '../pattern-case.ts'
import { signal } from '../run-pattern.ts'

const ADA = { applicant: 'Ada' }
const reading = (room: string, celsius: number) => signal('room.reading', { room, celsius })
const order = (id: string) => signal('order.placed', { id })

export const EVENT_CASES: PatternCases = {
  'publish-an-event-with-a-subject': [
    {
      title: 'the event names its order',
      input: { order: { id: 'A-1', eur: 20 } },
      seen: { events: ['order.placed (order/A-1) {"eur":20} from https://shop.example/checkout'] },
    },
  ],
  'wait-for-the-payment-of-one-order': [
    {
      title: 'payments of another order, or of too little, do not count',
      input: { order: { id: 'A-1', eur: 20 } },
      coming: [
        ['1h', signal('payment.received', { order: 'B-2', eur: 20 })],
        ['2h', signal('payment.received', { order: 'A-1', eur: 5 })],
        ['3h', signal('payment.received', { order: 'A-1', eur: 20 })],
      ],
      seen: { output: { paid: 20 }, calls: ['POST store.example/shipments {"order":"A-1"} at 3h'], events: [] },
    },
    {
      title: 'an order that is not paid in time lapses, and nothing is shipped',
      input: { order: { id: 'A-1', eur: 20 } },
      seen: { output: { paid: 0 }, calls: [], events: ['order.lapsed {"order":"A-1"} at 3d'] },
    },
  ],
  'wait-for-any-of-several-events': [
    {
      title: 'the first event decides',
      coming: [['1h', signal('offer.accepted', {})]],
      seen: { output: { is_accepted: true, why: '' }, ended: ' at 1h' },
    },
    {
      title: 'the other event may be the first, too',
      coming: [
        ['1h', signal('offer.declined', { why: 'too dear' })],
        ['2h', signal('offer.accepted', {})],
      ],
      seen: { output: { is_accepted: false, why: 'too dear' }, ended: ' at 1h' },
    },
  ],
  'wait-for-all-of-several-events': [
    {
      title: 'the review begins with the last document of this applicant',
      input: ADA,
      coming: [
        ['1d', signal('letter.received', ADA)],
        ['2d', signal('form.received', { applicant: 'Bo' })],
        ['3d', signal('transcript.received', { ...ADA, grade: 1.7 })],
        ['4d', signal('form.received', ADA)],
      ],
      seen: { calls: ['POST college.example/reviews {"applicant":"Ada","grade":1.7} at 4d'], events: [] },
    },
    {
      title: 'after two weeks the applicant is reminded of what is missing',
      input: ADA,
      coming: [['1d', signal('letter.received', ADA)]],
      seen: {
        calls: [],
        events: ['application.incomplete {"applicant":"Ada","form":false,"letter":true,"transcript":false} at 14d'],
      },
    },
  ],
  'wait-for-a-callback-with-a-token': [
    {
      title: 'an answer with the token of the run is taken',
      input: { customer: 'c-1' },
      coming: [
        ['1h', signal('credit.checked', { token: 'of another run', score: 1 })],
        ['2h', (run) => signal('credit.checked', { token: hash('sha256', run.id), score: 700 })(run)],
      ],
      seen: { output: { score: 700 }, ended: ' at 2h' },
    },
    {
      title: 'without an answer the run fails after two days',
      input: { customer: 'c-1' },
      seen: { error: { code: 'no_answer' }, ended: ' at 2d' },
    },
  ],
  'start-a-workflow-for-each-event': [
    {
      title: 'each order starts a run, and the day ends on time',
      coming: [
        ['1h', order('A-1')],
        ['2h', order('A-2')],
      ],
      seen: {
        runs: ['send-letter completed', 'send-letter completed'],
        calls: [
          'POST mail.example/letters {"order":"A-1"} at 70m',
          'POST mail.example/letters {"order":"A-2"} at 130m',
        ],
        ended: ' at 1d',
      },
    },
  ],
  'accumulate-readings-until-there-are-enough': [
    {
      title: 'three readings of the room are enough',
      input: { room: 'lab' },
      coming: [
        ['1m', reading('lab', 20)],
        ['2m', reading('hall', 5)],
        ['3m', reading('lab', 21)],
        ['4m', reading('lab', 22)],
      ],
      seen: { output: { count: 3 }, events: ['room.report {"room":"lab","readings":[20,21,22]} at 4m'] },
    },
    {
      title: 'after an hour the report has what there is',
      input: { room: 'lab' },
      coming: [['1m', reading('lab', 20)]],
      seen: { output: { count: 1 }, events: ['room.report {"room":"lab","readings":[20]} at 1h'] },
    },
  ],
  'cancel-an-order-that-misses-its-deadline': [
    {
      title: 'a delivered order keeps its reservation',
      input: { order: 'A-1' },
      coming: [
        ['1d', signal('order.confirmed', { order: 'A-1' })],
        ['9d', signal('shipment.sent', { order: 'A-1', carrier: 'post' })],
        ['12d', signal('shipment.delivered', { order: 'A-1' })],
      ],
      seen: { output: { carrier: 'post' }, undone: [], ended: ' at 12d' },
    },
    {
      title: 'an order that is late is cancelled, and its reservation is taken back',
      input: { order: 'A-1' },
      coming: [['1d', signal('order.confirmed', { order: 'A-1' })]],
      seen: {
        error: { code: 'order_too_late' },
        undone: ['reserve'],
        events: ['order.cancelled {"order":"A-1","was_shipped":false} at 30d'],
        calls: ['POST stock.example/reservations {"order":"A-1"}', 'DELETE stock.example/reservations/A-1 at 30d'],
      },
    },
  ],
}
