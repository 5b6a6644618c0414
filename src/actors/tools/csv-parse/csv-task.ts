import type { PerformTask } from '../../worker-pool/worker-task.ts'
import { readRows } from './csv-rows.ts'

/** Parses CSV text. @returns `{ rows, columns }` as JSON */
export const performCsv: PerformTask = ({ delimiter, header, types }, body) =>
  JSON.stringify(
    readRows(body.toString('utf8'), { delimiter: String(delimiter), header: header === true, types: types === true }),
  )
