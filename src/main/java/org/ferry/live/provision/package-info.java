/**
 * Users, rooms and members for applications that have their own: names of the application's enter,
 * users and rooms of the homeserver stand for them. Everything may be asked for again.
 */
@NullMarked
@CheckReturnValue
package org.ferry.live.provision;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
