import type { Actor, ActorContext } from '../../../core/actor.ts'
import { Fault } from '../../../core/fault.ts'
import { defineTool } from '../define-tool.ts'
import { CSV_PARSE } from './csv-parse-description.ts'
import { type CsvForm, type CsvRows, readRows } from './csv-rows.ts'

/** A longer text is parsed in a worker: it would block this process for more than 50 ms. */
const LONGEST_HERE = 100_000
const MAX_TIME_MS = 20_000

type CsvInput = { text: string } & Partial<CsvForm>

export const createCsvTool = (): Actor =>
  defineTool(
    CSV_PARSE,
    async ({ text, delimiter = ',', header = true, types = false }: CsvInput, context): Promise<CsvRows> => {
      if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
        throw new Fault(
          'invalid_input',
          `'delimiter' must be one character, no quote and no line break, got ${JSON.stringify(delimiter)}`,
        )
      const form = { delimiter, header, types }
      return text.length <= LONGEST_HERE ? readRows(text, form) : readInWorker(text, form, context)
    },
  )

const readInWorker = async (text: string, form: CsvForm, { signal }: ActorContext): Promise<CsvRows> => {
  const { WORKERS } = await import('../../worker-pool/worker-pool.ts')
  const task = {
    name: 'csv.parse',
    params: { ...form },
    body: Buffer.from(text),
    timeMs: MAX_TIME_MS,
    subject: "to parse 'text'",
    advice: 'read the file by foreach: { file: …, format: csv }, which takes it in parts',
  } as const
  return JSON.parse(await WORKERS.run(task, signal))
}
