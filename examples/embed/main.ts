/** A program that runs a workflow with tools and a model of its own, shows what happens, and reads the trace afterwards. */
import { join } from 'node:path'
import { compile, defineActor, defineTool, formatDiagnostic, openStore, run } from 'troupe'
import { createDesk } from './desk.ts'

const desk = createDesk()

const openTickets = defineTool({
  name: 'tickets.open',
  description: 'The open tickets of a customer.',
  input: { customer: 'string' },
  output: { tickets: [{ id: 'string', text: 'string' }] },
  writes: false,
  perform: ({ customer }) => ({ tickets: desk.open(customer) }),
})

const labelTicket = defineTool({
  name: 'tickets.label',
  description: 'Labels a ticket.',
  input: { id: 'string', label: { enum: ['bug', 'question'] } },
  output: 'null',
  perform({ id, label }, { key }) {
    desk.label(id, { label, key })
    return null
  },
})

/** In place of a real provider: answers by rule, and says what it has consumed. */
const acme = defineActor({
  kind: 'llm',
  name: 'acme',
  models: ['small'],
  perform({ messages }, { usage }) {
    const text = messages.at(-1)?.content ?? ''
    usage({ provider: 'acme', model: 'small', input_tokens: 20, cached_tokens: 0, output_tokens: 5, cost_usd: 0.001 })
    return { label: text.includes('crash') ? 'bug' : 'question', urgent: text.endsWith('!') }
  },
})

const { ok, workflow, diagnostics, text } = compile(
  { file: join(import.meta.dirname, 'tickets.yaml') },
  { actors: [openTickets, labelTicket, acme] },
)
for (const finding of diagnostics) console.error(formatDiagnostic(finding, text))
if (!ok) process.exit(2)

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())

const store = await openStore('memory')
const result = await run(workflow, {
  input: { customer: 'Ada' },
  store,
  signal: interrupt.signal,
  onNotice(notice) {
    if (notice.type === 'attempt.failed')
      console.log(`${notice.effect.path} failed, once more: ${notice.fault.message}`)
  },
})
console.log(result.status, result.output, result.usage)
console.log('desk', Object.fromEntries([...desk.labels].sort()))

const rows = await store.readJournal(result.id)
console.log('journal', rows.filter(({ kind }) => kind === 'outcome').length, 'outcomes')
await store.close()
