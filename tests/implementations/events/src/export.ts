import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { createApp, createDocument } from './app';

/** Writes the document to the file that is named. */
async function main(): Promise<void> {
  const app = await createApp();
  writeFileSync(process.argv[2], `${JSON.stringify(createDocument(app), null, 2)}\n`);
  await app.close();
}

void main();
