// MHA reads, compares and sorts its configuration as Perl does without `use utf8`: a character is a byte (U+0000 to
// U+00FF). A byte string becomes text only when it leaves this folder.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a byte string: UTF-8 if the bytes are valid UTF-8, else Latin-1. */
export function decodeBytes(bytes: string): string {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

/** True if {@link decodeBytes} reads the bytes as UTF-8, so that the text encodes to the same bytes again. */
export function isUtf8(bytes: string): boolean {
  return Buffer.from(decodeBytes(bytes), 'utf8').toString('latin1') === bytes;
}

/** Perl's truth: undefined, the empty string and `0` are false. */
export function isTrue(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value !== '0';
}

/** Only ASCII letters, as Perl's `uc` does for bytes. */
export function upperAscii(value: string): string {
  return value.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}
