/** Where datasets are kept: objects by key, as directories and object storage both can hold them. */

/**
 * A key is made of names and slashes, such as `NAME/versions/1.0.0.json`. Two drivers: a directory, and S3. Everything
 * throws KnowhowError E7204 for a key that cannot be one, E7205 where the place cannot be reached, E7206 where it cannot be
 * written or is full.
 */
export interface Place {
  /** As a person would name it; holds no secrets. */
  uri: string;
  /** The bytes of a key, piece by piece. @throws KnowhowError E7204 where there is none. */
  read(key: string): AsyncIterable<Uint8Array>;
  /** A short text, at most 64 MiB; undefined where there is none. */
  text(key: string): Promise<string | undefined>;
  has(key: string): Promise<boolean>;
  /** Puts a file there, durably. The key names what it holds, so one that is there already is left alone. */
  putFile(key: string, path: string): Promise<void>;
  /**
   * Makes a key that was not there: whole or not at all, durable when it resolves. False where there is one; never
   * replaces it, whoever else is writing. @throws KnowhowError E7207 where the place cannot promise that.
   */
  create(key: string, text: string): Promise<boolean>;
  /** Every key that begins with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Nothing where there is none. */
  remove(key: string): Promise<void>;
  close?(): Promise<void>;
}

/** Longest text that is read whole. */
export const LONGEST_TEXT = 64 * 2 ** 20;
