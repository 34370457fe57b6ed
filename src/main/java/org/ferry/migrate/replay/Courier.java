package org.ferry.migrate.replay;

import org.ferry.id.MxcUri;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.migrate.rewrite.SealedFile;

/** Says what became of files; may carry them. */
public interface Courier {
  /** What became of a file that is carried as it is. */
  FileFate carry(MxcUri old);

  /** What became of a file that is carried in clear. */
  FileFate carry(SealedFile file);
}
