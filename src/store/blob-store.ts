export interface BlobStore {
  /** Keeps bytes once, under their SHA-256, which it returns. @throws Fault `too_large` */
  putBlob(bytes: Uint8Array): Promise<string>
  getBlob(hash: string): Promise<Uint8Array | undefined>
}
