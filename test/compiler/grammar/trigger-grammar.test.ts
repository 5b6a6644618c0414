import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readText } from '../../support/read-text.ts'

const readTriggers = (triggers: string) =>
  readText(`workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\ntriggers:\n${triggers}`)

const test = suite('trigger grammar')

test('each kind has its target, its expressions and its options', () => {
  const { workflow, found } =
    readTriggers(`  - { nats: tickets.new, queue: support, reply: true, when: event.data.open }
  - { webhook: /tickets, method: POST, verify: none, respond: when_done, dedupe: event.id }
  - { schedule: "0 9 * * 1-5", timezone: Europe/Berlin, missed: all }
  - { telegram: BOT_TOKEN, allow: [12, "34"], match: event.text != "", reply: output.text }
  - { whatsapp: SHOP, input: { text: event.text } }
`)
  assert.equal(found, [])
  assert.equal(
    workflow?.triggers.map(({ kind, target, options }) => [
      kind,
      target.value,
      Object.fromEntries([...options].map(([key, { value }]) => [key, value])),
    ]),
    [
      ['nats', 'tickets.new', { queue: 'support', reply: true }],
      ['webhook', '/tickets', { method: 'POST', respond: 'when_done' }],
      ['schedule', '0 9 * * 1-5', { timezone: 'Europe/Berlin', missed: 'all' }],
      ['telegram', 'BOT_TOKEN', { allow: [12, '34'] }],
      ['whatsapp', 'SHOP', {}],
    ],
  )
  const [nats, webhook, , telegram, whatsapp] = workflow?.triggers ?? []
  assert.is(nats?.when?.text, 'event.data.open')
  assert.is(webhook?.verify?.value, 'none')
  assert.is(webhook?.dedupe?.text, 'event.id')
  assert.is(telegram?.reply?.text, 'output.text')
  assert.is(whatsapp?.input?.kind, 'map')
})

const WRONG: Record<string, string> = {
  '{ schedule: daily }': '4:17 wrong_shape',
  '{ schedule: "0 9 * * *", timezone: Mars/Base }': '4:40 wrong_shape',
  '{ webhook: tickets }': '4:16 wrong_shape',
  '{ webhook: /a, respond: later }': '4:29 unknown_word',
  '{ nats: a b }': '4:13 wrong_shape',
  '{ telegram: BOT, queue: a }': '4:22 unknown_key',
  '{ webhok: /a }': '4:7 no_kind',
}

for (const [trigger, finding] of Object.entries(WRONG)) {
  test(`${trigger} is a finding`, () => assert.equal(readTriggers(`  - ${trigger}\n`).codes, [finding]))
}

test.run()
