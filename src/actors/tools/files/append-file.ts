import { constants } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Actor } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import type { JsonValue } from '../../../core/json.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolOptions } from '../tool-options.ts'
import { toAppendedBytes } from './file-content.ts'
import { toFileFault } from './file-fault.ts'
import { type FileRoots, locate } from './file-roots.ts'
import { FILES_APPEND } from './files-description.ts'
import { openRegularFile } from './open-file.ts'

type AppendInput = { path: string; content: JsonValue }
type AppendOutput = { path: string; size: number }

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND

export const createAppendTool = ({ files }: ToolOptions): Actor => {
  const roots: FileRoots = { roots: files.write, protected: files.protected, access: 'written' }
  return defineTool(FILES_APPEND, async ({ path, content }: AppendInput, { signal }): Promise<AppendOutput> => {
    const bytes = toAppendedBytes(content, path)
    try {
      const place = await locate(path, roots)
      await mkdir(dirname(place.real), { recursive: true })
      if (signal.aborted) throw new Cancelled()
      const handle = await openRegularFile(place, { flags: FLAGS, roots })
      try {
        // One system call, so that lines of several writers do not mix, and no write is cancelled half way.
        await handle.appendFile(bytes)
        return { path, size: (await handle.stat()).size }
      } finally {
        await handle.close()
      }
    } catch (error) {
      throw toFileFault(error, path)
    }
  })
}
