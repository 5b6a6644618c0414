import { countOf } from '../core/count.ts'
import { formatSize } from '../core/size.ts'
import type { SweepReport } from '../service/database/retention.ts'

/** `3 runs deleted with 21 rows and 1 blob (2.0 KB); 4.1 KB returned to the file system`. */
export const describeSwept = ({ runs, rows, blobs, blobBytes, freedBytes }: SweepReport, isDryRun = false): string => {
  const what = `${countOf(runs, 'run')} ${isDryRun ? 'would be ' : ''}deleted with ${countOf(rows, 'row')} and ${countOf(blobs, 'blob')}`
  const bytes = blobs === 0 ? '' : ` (${formatSize(blobBytes)})`
  return `${what}${bytes}${isDryRun ? '' : `; ${formatSize(freedBytes)} returned to the file system`}`
}

export const toSweptJson = ({ runs, rows, blobs, blobBytes, freedBytes }: SweepReport): object => ({
  runs,
  rows,
  blobs,
  blob_bytes: blobBytes,
  freed_bytes: freedBytes,
})
