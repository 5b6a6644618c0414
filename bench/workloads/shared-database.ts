import type { Workload } from '../workload.ts'
import { measureHttpSubmit } from './http-submit.ts'
import { measureServedLines } from './served-lines.ts'

/** Servers: how soon one accepts a run, and how many runs one, two and three of them perform on one Postgres database. */
export const sharedDatabase: Workload = {
  id: 'W11',
  note: '',
  measure: async () => [...(await measureHttpSubmit()), ...(await measureServedLines())],
}
