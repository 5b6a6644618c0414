import { formatSize } from '../core/size.ts'
import type { SweepReport } from '../service/database/sweep-store.ts'
import { formatCount } from './run-result.ts'

/** `3 runs deleted with 21 rows and 1 blob (2.0 KB); 4.1 KB given back to the file system`. */
export const describeSwept = ({ runs, rows, blobs, blobBytes, freedBytes }: SweepReport, isDryRun = false): string => {
  const what = `${count(runs, 'run')} ${isDryRun ? 'would be ' : ''}deleted with ${count(rows, 'row')} and ${count(blobs, 'blob')}`
  const bytes = blobs === 0 ? '' : ` (${formatSize(blobBytes)})`
  return `${what}${bytes}${isDryRun ? '' : `; ${formatSize(freedBytes)} given back to the file system`}`
}

export const toSweptJson = ({ runs, rows, blobs, blobBytes, freedBytes }: SweepReport): object => ({
  runs,
  rows,
  blobs,
  blob_bytes: blobBytes,
  freed_bytes: freedBytes,
})

const count = (number: number, noun: string): string => `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`
