/*
 * uevent ACTION DEVPATH: tells the listeners of udev in this network namespace that a USB interface came ("add") or went
 * ("remove"). The message has the kernel's form and goes to udev's multicast group.
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define UDEV_GROUP 2

int main(int count, char **words)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = UDEV_GROUP };
	char message[1024];
	int length, out;

	if (count != 3)
		return 2;
	length = snprintf(message, sizeof message,
		"%s@%s%cACTION=%s%cDEVPATH=%s%cSUBSYSTEM=usb%cDEVTYPE=usb_interface%cSEQNUM=%d%c", words[1], words[2], 0,
		words[1], 0, words[2], 0, 0, 0, (int) getpid(), 0);
	if (length < 0 || (size_t) length >= sizeof message)
		return 2;
	out = socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
	/* it reaches the group first, and then the kernel, which may refuse it */
	if (out < 0 || (sendto(out, message, (size_t) length, 0, (struct sockaddr *) &group, sizeof group) < 0)) {
		perror("uevent");
		return 1;
	}
	return 0;
}
