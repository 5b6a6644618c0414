/** Resolves the images of messages: blobs become bytes just before they are sent. */
import type { BlobRef } from '../../core/actor.ts'
import { Fault } from '../../core/fault.ts'
import type { LlmImage, LlmInputMessage, LlmMessage } from '../../core/llm.ts'

export type ReadBlob = (hash: string) => Promise<Uint8Array | undefined>

/** @throws Fault `invalid_input` for a value that is not an image, `not_found` for a missing blob */
export const resolveImages = (messages: readonly LlmInputMessage[], readBlob?: ReadBlob): Promise<LlmMessage[]> =>
  Promise.all(
    messages.map(async (message) => {
      if (message.role !== 'user' || message.images === undefined) return message as LlmMessage
      return { ...message, images: await Promise.all(message.images.map((image) => resolveImage(image, readBlob))) }
    }),
  )

const resolveImage = async (image: LlmImage | BlobRef, readBlob: ReadBlob | undefined): Promise<LlmImage> => {
  if ('$blob' in image && typeof image.$blob === 'string') return readImage(image as BlobRef, readBlob)
  if ('url' in image && typeof image.url === 'string') return { url: expectHttp(image.url) }
  if ('base64' in image && typeof image.base64 === 'string' && typeof image.media_type === 'string')
    return { media_type: image.media_type, base64: image.base64 }
  throw new Fault('invalid_input', 'an image is wrong: expected a blob, { url } or { media_type, base64 }')
}

const readImage = async ({ $blob, media_type, name }: BlobRef, readBlob: ReadBlob | undefined): Promise<LlmImage> => {
  if (!/^image\//.test(media_type))
    throw new Fault(
      'invalid_input',
      `'${name}' is not an image: expected a media type such as image/png, got '${media_type}'`,
    )
  const bytes = await readBlob?.($blob)
  if (bytes === undefined) throw new Fault('not_found', `the bytes of '${name}' are not in the store of this run`)
  return { media_type, base64: Buffer.from(bytes).toString('base64') }
}

const expectHttp = (url: string): string => {
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url
  throw new Fault('invalid_input', 'the URL of an image is wrong: expected one with http or https')
}
