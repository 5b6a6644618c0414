import type { Actor } from '../../../core/actor.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolOptions } from '../tool-options.ts'
import { TIME_NOW } from './time-now-description.ts'

type Now = { iso: string; epoch_ms: number }

export const createTimeTool = ({ now }: ToolOptions): Actor =>
  defineTool(TIME_NOW, async (): Promise<Now> => {
    const epochMs = now()
    return { iso: new Date(epochMs).toISOString(), epoch_ms: epochMs }
  })
