import type { Catalogue } from '../../compiler/catalogue.ts'
import type { ImportResult } from '../../store/maintenance.ts'
import type { Store } from '../../store/store.ts'
import { isDamage, StoreError } from '../../store/store-error.ts'
import { expectOwnContent } from './own-content.ts'

export interface ExportReport {
  /** Without child runs, which are part of their parent's bundle. */
  runs: number
  bytes: number
}

/** Yields one bundle a run, in this order, and counts them in `report`. @throws StoreError */
export async function* exportBundles(
  store: Store,
  { ids, report }: { ids: readonly string[]; report: ExportReport },
): AsyncGenerator<string> {
  const maintenance = await store.maintenance()
  for (const id of ids) {
    const text = await maintenance.exportRun(id)
    // Retention may have deleted it since it was listed.
    if (text === undefined) continue
    report.runs += 1
    report.bytes += Buffer.byteLength(text)
    yield text
  }
}

/** First line of each bundle. */
const HEADER = /^\s*\{\s*"troupe"\s*:/

/**
 * Imports bundles, one after the other, from lines of text. Content is held to the hashes that name it.
 * @throws StoreError `corrupt` with the line where the bundle begins; the bundles before it are imported
 */
export const importBundles = async (
  store: Store,
  { lines, name, catalogue }: { lines: AsyncIterable<string>; name: string; catalogue: Catalogue },
): Promise<ImportResult> => {
  const result: ImportResult = { imported: [], existing: [] }
  const maintenance = await store.maintenance()
  let bundle: string[] = []
  let lineCount = 0
  const take = async (): Promise<void> => {
    const { imported, existing } = await maintenance
      .importRun(bundle.join('\n'), { judge: (parsed) => expectOwnContent(parsed, catalogue) })
      .catch((error) => Promise.reject(locate(error, { name, line: lineCount - bundle.length + 1 })))
    result.imported.push(...imported)
    result.existing.push(...existing)
    bundle = []
  }
  for await (const line of lines) {
    if (HEADER.test(line) && bundle.length > 0) await take()
    bundle.push(line)
    lineCount += 1
  }
  await take()
  return result
}

const locate = (error: unknown, { name, line }: { name: string; line: number }): unknown => {
  if (!isDamage(error)) return error
  const { message, hint, cause } = error
  const where = line === 1 ? name : `${name}, the run that begins at line ${line}`
  return new StoreError('corrupt', `${where}: ${message}`, { ...(hint === undefined ? {} : { hint }), cause })
}
