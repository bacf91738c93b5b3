/** In the state directory: what the container has as /run/notify. */
export const notify_directory = "notify";
